"""Drives a running Fleet with the official Python client and prints what worked as one JSON object."""
import json
import sys

from openai import DefaultHttpxClient, NotFoundError, OpenAI

client = OpenAI(base_url=sys.argv[1] + "/v1", api_key="none")
question = [{"role": "user", "content": "What is the capital of France? Answer in one sentence."}]
report = {}

answer = client.chat.completions.create(model="smollm2", messages=question, temperature=0, max_tokens=30)
report["chat"] = "Paris" in answer.choices[0].message.content

pieces = [
    chunk.choices[0].delta.content or ""
    for chunk in client.chat.completions.create(model="smollm2", messages=question, temperature=0, max_tokens=30, stream=True)
    if chunk.choices
]
report["stream"] = "".join(pieces) == answer.choices[0].message.content and len(pieces) > 3

schema = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
shaped = client.chat.completions.create(
    model="smollm2",
    messages=[{"role": "user", "content": "Name a city as JSON."}],
    temperature=0,
    max_tokens=40,
    response_format={"type": "json_schema", "json_schema": {"name": "city", "strict": True, "schema": schema}},
)
report["schema"] = list(json.loads(shaped.choices[0].message.content)) == ["city"]

report["embeddings"] = len(client.embeddings.create(model="smollm2", input="a small cat").data[0].embedding)

stream = client.chat.completions.create(
    model="smollm2", messages=[{"role": "user", "content": "Tell a very long story."}], max_tokens=2000, stream=True
)
seen = 0
for chunk in stream:
    seen += 1
    if seen == 4:
        break
stream.close()
report["aborted"] = seen == 4

try:
    client.chat.completions.create(model="gpt-4", messages=question)
except NotFoundError as error:
    report["unknown"] = [error.code, error.param]


tries = []


def hurry_once(request):
    """Gives the first try too little time, so that the gateway refuses it and says when to come again."""
    tries.append(request.headers["x-stainless-retry-count"])
    if len(tries) == 1:
        request.headers["x-request-timeout"] = "1ms"


patient = OpenAI(
    base_url=client.base_url, api_key="none", http_client=DefaultHttpxClient(event_hooks={"request": [hurry_once]})
)
answer = patient.chat.completions.create(model="smollm2", messages=question, temperature=0, max_tokens=30)
report["retried"] = "Paris" in answer.choices[0].message.content and tries == ["0", "1"]

print(json.dumps(report))
