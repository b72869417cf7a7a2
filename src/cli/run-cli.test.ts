import { describe, expect, it } from 'vitest'
import { runCli } from './testing/run-in-process.ts'
import { commands } from './commands/index.ts'
import type { Command } from './command.ts'
import { packageRoot } from './package-root.ts'

const failing = (error: unknown): Command => ({
  name: 'fail',
  section: 'Set up',
  summary: 'Fail',
  examples: [],
  reports: true,
  load: async () => async () => {
    throw error
  },
})

describe('help', () => {
  it('lists every command, so that a newcomer finds them', async () => {
    const { code, stdout, stderr } = await runCli(['--help'])
    expect(code).toBe(0)
    expect(stderr).toBe('')
    expect(stdout).toMatchInlineSnapshot(`
      "Your own LLM API on your own GPUs, from one file.

      Usage  fairlead COMMAND [options]

      Run a Fleet
        up [FLEET]             Run a Fleet on this machine until Ctrl-C
        down [FLEET]           Stop a Fleet that runs on this machine
        plan [FLEET]           Show what a Fleet becomes: settings, size, money, steps
        apply [FLEET]          Bring a Fleet up on its target, or change what runs there
        render [FLEET]         Write a Fleet as another platform’s own files
        gateway                Run the gateway alone, in front of engines that run already
        controller             Keep the Fleets of a Kubernetes cluster as their objects say
        controller manifests   Print what a cluster needs for the controller to run in it
        engine simulated       Run the simulated engine alone, as a container does
        engine llamacpp        Run our llama.cpp server alone, as a container does
        engine install ENGINE  Install an engine of ours into the cache, before it is needed

      Look at it
        status [FLEET]              Show models, replicas and the gateway of a Fleet
        health [FLEET]              Tell whether a Fleet serves, or whether one address answers
        explain request ID          Say why a request went where it went
        explain scaling [MODEL]     Say why a model has as many replicas as it has
        doctor [FLEET]              Look for what keeps a Fleet from serving, or would, and say how to
                                    mend it
        logs [MODEL]                Show the logs of engines and the gateway
        events [MODEL]              Show what happened to a Fleet, oldest first
        revisions [FLEET]           List the applied states of a Fleet that can be gone back to
        gpu [FLEET]                 Show the GPUs of each replica: use, memory, temperature, power,
                                    processes
        exec MODEL [COMMAND...]     Run a command where a replica runs
        debug REPLICA [COMMAND...]  Start a container with tools beside an engine in a cluster, and join
                                    it
        port-forward [MODEL]        Bring a port of a Fleet to this machine until Ctrl-C
        support-bundle [FLEET]      Write what somebody who helps needs into one archive, without secrets
        chat [MODEL]                Talk to a model in the terminal
        secrets check [FLEET]       Tell which secrets a Fleet refers to, and whether each is there

      Change it
        scale MODEL                        Set the replicas of a model now
        restart [MODEL]                    Start replicas anew, one after the other
        secrets set NAME [KEY] [FLEET]     Write the value of a secret where the target keeps it
        secrets rotate NAME [KEY] [FLEET]  Give a secret a new value, and say who has to start anew
        rollout start [FLEET]              Update a Fleet model after model, and take back what fails
        rollout status [MODEL]             Show how the update of each model stands
        rollout pause [MODEL]              Hold an update where it is
        rollout resume [MODEL]             Go on with an update that was held or interrupted
        rollout promote [MODEL]            End the trial of an update by taking it for all
        rollout abort [MODEL]              Take an update back
        rollback [FLEET]                   Go back to an earlier revision of a Fleet
        delete [FLEET]                     Stop a Fleet and remove it from its target

      Models
        models pull SOURCE    Fetch models into the cache of this machine
        models list           List the models in the cache of this machine
        models verify         Read every model in the cache again and compare checksums
        storage plan [FLEET]  Compare how a cluster can keep the models of a Fleet, and choose

      Set up
        images list [FLEET]    List every image and chart that a Fleet needs
        images mirror [FLEET]  Copy every image that a Fleet needs to a registry of one’s own
        images bundle [FLEET]  Put every image that a Fleet needs into a folder, for where there is no
                               internet
        init                   Write a commented Fleet file
        import PATH...         Turn an old deployment into a Fleet file
        size MODEL             Tell whether a model fits a GPU, with every number explained
        simulate [FLEET]       Tell how many GPUs a load takes, and which policy serves it best
        lint [PATH...]         Tell what is wrong in deployment descriptions, and mend what is safe to
                               mend
        explain [PATH]         Explain a field of the Fleet file
        migrate [FLEET]        Rewrite a Fleet file for this version
        schema                 Print the JSON Schema of Fleet files, or the Fleet as a Kubernetes resource
        completion SHELL       Print the completion script of a shell
        version                Show the versions of Fairlead and Node.js

      Options of every command
        -q, --quiet  only results, warnings and errors
        --no-color   no colours; NO_COLOR=1 does the same
        --debug      show the stack of an unexpected error; FAIRLEAD_DEBUG=1 does the same
        -h, --help   show help

      Start here
        fairlead up    serve a small model on this machine
        fairlead chat  talk to it, from another terminal
        fairlead init  write a Fleet file of your own

      \`fairlead COMMAND --help\` explains a command and shows examples.
      "
    `)
  })

  it('explains a command with its options and examples', async () => {
    const { stdout } = await runCli(['status', '--help'])
    expect(stdout).toMatchInlineSnapshot(`
      "Show models, replicas and the gateway of a Fleet.

      Shows who is ready and how busy they are, as the gateways count it: queue, KV cache use, time to
      first token, tokens a second. Exits with 0 when everything is ready, and with 2 when something is
      not or the Fleet does not run.

      Usage  fairlead status [FLEET] [options]

      Arguments
        FLEET  name of the Fleet, or its file; the one that runs when absent

      Options
        -w, --watch           draw it again until Ctrl-C
        --interval SECONDS    seconds between two draws of --watch (default 2)
        -t, --target NAME     platform; targets.default of the Fleet file that is meant or of ./fleet.yaml
                              when absent, else local (local, compose, kubernetes, kserve, llmd)
        --context NAME        context of the kubeconfig; its current one when absent
        -n, --namespace NAME  namespace; that of the context when absent
        --kubeconfig FILE     in place of KUBECONFIG and ~/.kube/config
        --json                print exactly one JSON document on standard output
        --format FORMAT       the same by name (text, json; default text)

      Options of every command
        -q, --quiet  only results, warnings and errors
        --no-color   no colours; NO_COLOR=1 does the same
        --debug      show the stack of an unexpected error; FAIRLEAD_DEBUG=1 does the same
        -h, --help   show help

      Examples
        # one table
        fairlead status
        # a table that keeps itself up to date
        fairlead status --watch
        # of a Fleet in a cluster
        fairlead status demo --target kubernetes -n llm
        # one JSON document for scripts
        fairlead status --json
      "
    `)
  })

  it.each(commands.map(({ name }) => [name]))('of `%s` has an example and loads no handler', async (name) => {
    const guarded = commands.map((command) =>
      Object.assign({}, command, { load: () => Promise.reject(new Error('loaded')) }),
    )
    const { code, stdout } = await runCli([...name.split(' '), '--help'], { commands: guarded })
    expect(code).toBe(0)
    expect(stdout).toContain(`Usage  fairlead ${name}`)
    expect(stdout).toContain('Examples\n')
  })

  it('is the same by `help COMMAND`, by `-h` and by nothing at all', async () => {
    expect(await runCli(['help', 'up'])).toEqual(await runCli(['up', '-h']))
    expect(await runCli([])).toEqual(await runCli(['--help']))
    expect((await runCli(['models', '--help'])).stdout).toContain('models verify')
  })

  it('has colours on a terminal, and none with NO_COLOR or --no-color', async () => {
    expect((await runCli(['--help'], { isTerminal: true })).stdout).toContain('\u001B[')
    expect((await runCli(['--help'], { isTerminal: true, env: { NO_COLOR: '1' } })).stdout).not.toContain('\u001B[')
    expect((await runCli(['--help', '--no-color'], { isTerminal: true })).stdout).not.toContain('\u001B[')
  })
})

describe('a command line that is not understood', () => {
  it.each<[line: string, said: string]>([
    ['statsu', 'There is no command "statsu"\n  mend  Did you mean status?'],
    ['xyzzy', 'There is no command "xyzzy"\n  mend  The help lists the commands.'],
    ['models pul x', 'There is no command "models pul"\n  mend  Did you mean pull?'],
    ['models', 'fairlead models needs a command'],
    ['help nonsense', 'There is no command "nonsense"'],
    ['--quiet', 'No command was given'],
    ['up --prot 9000', 'fairlead up has no option --prot\n  mend  Did you mean --port?'],
    ['--nonsense', 'There is no option --nonsense'],
    ['up --port', 'Option -p, --port N lacks its value'],
    ['up --port abc', '--port takes a whole number from 1 to 65535\n  why   It was "abc".'],
    ['up --port 70000', '--port takes a whole number from 1 to 65535'],
    ['up --port 0', '--port takes a whole number from 1 to 65535'],
    ['up --port -1', '--port takes a whole number'],
    ['up --port 80.5', '--port takes a whole number'],
    ['up --target moon', '--target is one of local\n  why   It was "moon".'],
    ['up a.yaml b.yaml', 'fairlead up got too many arguments'],
    ['models pull', 'fairlead models pull needs SOURCE'],
    ['models list extra', 'fairlead models list got too many arguments'],
    ['status --interval 0', '--interval takes a whole number from 1 to 3600'],
    ['logs --tail many', '--tail takes a whole number'],
    ['version --format xml', '--format is one of text, json'],
    ['chat --json', 'fairlead chat takes no --json'],
    ['completion bash --format json', 'fairlead completion takes no --json'],
    ['completion', 'fairlead completion needs SHELL'],
    ['completion tcsh', 'There is no completion for "tcsh"'],
    ['init --preset cloud', '--preset is one of laptop, simulated, external'],
    ['init --preset external --yes', 'Preset external needs the URL of the server'],
    ['status --watch --json', '--watch and --json exclude each other'],
    ['logs -f --json', '--follow and --json exclude each other'],
    ['models pull fleet.yaml --checksum sha256:00', '--checksum belongs to one source'],
    ['models pull fleet.yaml --link /tmp/x', '--link belongs to one source'],
    ['models pull file:///x --checksum 00', '--checksum is sha256: and 64 hexadecimal digits'],
    ['gateway', 'fairlead gateway needs --fleet FILE'],
    ['chat --url http://', '--url is not a URL'],
  ])('`%s` exits with 64 and says what to type', async (line, said) => {
    const args = line.split(' ')
    const { code, stdout, stderr } = await runCli(args, { env: { HOME: '/nonexistent' } })
    const wantsJson = args.includes('--json') || args.includes('json')
    const told = wantsJson ? JSON.parse(stdout).error.what : stderr
    expect([code, wantsJson || stdout === '']).toEqual([64, true])
    expect(told).toContain(wantsJson ? said.split('\n')[0] : `error: ${said}`)
  })
})

describe('errors', () => {
  it('are shown in four parts, plain where nobody looks', async () => {
    const { stderr } = await runCli(['plan', 'nowhere.yaml'])
    expect(stderr).toMatchInlineSnapshot(`
      "error: There is no Fleet file nowhere.yaml
        mend  Check the path, or write a Fleet file.
        type  fairlead init --output nowhere.yaml
      "
    `)
  })

  it.each([
    [['plan', '.'], '. is a folder, not a Fleet file\n  mend  Name a Fleet file, such as fleet.yaml.'],
    [['plan', 'examples'], 'examples is a folder, not a Fleet file'],
    [['up', ''], 'The name of the Fleet file is empty\n  mend  Name a Fleet file, such as fleet.yaml.'],
    [['models', 'pull', 'foo'], '"foo" is neither a source nor a Fleet file\n  why   A source begins with pypi://'],
    [['models', 'pull', ''], '"" is neither a source nor a Fleet file'],
  ])('of %j name what is to be given instead', async (args, said) => {
    const { code, stderr } = await runCli(args, { cwd: packageRoot, env: { HOME: '/nonexistent' } })
    expect([code, stderr]).toEqual([1, expect.stringContaining(`error: ${said}`)])
  })

  it('are one JSON document with --json, so that a script need not read words', async () => {
    const { code, stdout, stderr } = await runCli(['plan', 'nowhere.yaml', '--json'])
    expect(code).toBe(1)
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toMatchInlineSnapshot(`
      {
        "error": {
          "command": "fairlead init --output nowhere.yaml",
          "exitCode": 1,
          "kind": "user",
          "mend": "Check the path, or write a Fleet file.",
          "what": "There is no Fleet file nowhere.yaml",
        },
      }
    `)
  })

  it('of the operating system are recognised through their causes', async () => {
    const taken = Object.assign(new Error('listen EADDRINUSE'), {
      code: 'EADDRINUSE',
      syscall: 'listen',
      address: '127.0.0.1',
      port: 8080,
    })
    const { code, stderr } = await runCli(['fail'], { commands: [failing(new Error('outer', { cause: taken }))] })
    expect(code).toBe(1)
    expect(stderr).toMatchInlineSnapshot(`
      "error: Port 8080 is taken
        where 127.0.0.1:8080
        why   Another process listens there.
        mend  Choose another port with --port, or stop that process.
      "
    `)
  })

  it('that nobody expected are called ours, with a stack only on demand', async () => {
    const broken = [failing(new TypeError('x is not a function'))]
    const quiet = await runCli(['fail'], { commands: broken })
    expect(quiet.stderr).toMatchInlineSnapshot(`
      "error: x is not a function
        why   This is a fault of ours, not of yours.
        mend  Run it again with --debug to see where, and report it with \`fairlead version\`.
      "
    `)
    expect((await runCli(['fail', '--debug'], { commands: broken })).stderr).toContain('at ')
    expect((await runCli(['fail'], { commands: broken, env: { FAIRLEAD_DEBUG: '1' } })).stderr).toContain('at ')
    expect(JSON.parse((await runCli(['fail', '--json'], { commands: broken })).stdout).error.kind).toBe('fault')
  })
})

describe('results', () => {
  it.each([
    ['version --json'],
    ['version --format json'],
    ['--json version'],
    ['--version --json'],
    ['models list --json'],
    ['schema'],
  ])('of `%s` are exactly one JSON document on standard output', async (line) => {
    const { code, stdout } = await runCli(line.split(' '), { env: { HOME: '/nonexistent' } })
    expect(code).toBe(0)
    expect(() => JSON.parse(stdout)).not.toThrow()
  })

  it('end with 130 after Ctrl-C, with 143 after SIGTERM, and quietly when nobody reads any more', async () => {
    const waiting: Command = {
      ...failing(undefined),
      load:
        async () =>
        async (_input, { signal }) => {
          await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
          return 0
        },
    }
    for (const [cause, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
      ['output-closed', 0],
    ] as const) {
      const controller = new AbortController()
      const run = runCli(['fail'], { commands: [waiting], signal: controller.signal })
      setImmediate(() => controller.abort({ kind: 'stop', cause }))
      expect(await run).toEqual({ code, stdout: '', stderr: '' })
    }
  })
})
