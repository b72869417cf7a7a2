# Becomes a container's first process: on a root file system of the Pod's own, with its volumes, as its user. Called within
# `unshare --mount --pid --fork`, with the container's own variables.
# enter-container.sh ROOT MOUNTS USER GROUP GROUPS READ-ONLY FOLDER COMMAND...
# MOUNTS is a file of lines with tabs between: source, target, ro or rw.
set -e
container_path=$PATH
PATH=/usr/sbin:/usr/bin:/sbin:/bin
root=$1 mounts=$2 user=$3 group=$4 groups=$5 read_only=$6 folder=$7
shift 7

mount -t tmpfs -o mode=755 tmpfs "$root"
cd "$root"
mkdir -p usr/local/bin proc dev/shm etc tmp run var/tmp
chmod 1777 tmp var/tmp
# What merged systems have as links stays links.
for place in bin sbin lib lib64 usr/bin usr/sbin usr/lib usr/lib64 usr/share; do
  if [ -L "/$place" ]; then
    cp -P "/$place" "$place"
  elif [ -d "/$place" ]; then
    mkdir -p "$place"
    mount --rbind -o ro "/$place" "$place"
  fi
done
printf 'root:x:0:0:root:/root:/bin/sh\n' > etc/passwd
printf 'passwd: files\ngroup: files\nhosts: files dns\n' > etc/nsswitch.conf
if [ -d /etc/ssl ]; then
  mkdir -p etc/ssl
  mount --rbind -o ro /etc/ssl etc/ssl
fi
for device in null zero full random urandom; do
  touch "dev/$device"
  mount --bind "/dev/$device" "dev/$device"
done
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/1 dev/stdout
ln -s /proc/self/fd/2 dev/stderr
mount -t tmpfs -o mode=1777 tmpfs dev/shm
mount -t proc proc proc

# Writable and of the user's own, as images have their homes.
mkdir -p "$root$folder"
[ "$folder" = / ] || chown "$user:$group" "$root$folder" 2> /dev/null || true

tab=$(printf '\t')
while IFS=$tab read -r source target mode; do
  if [ -d "$source" ]; then
    mkdir -p "$root$target"
  else
    mkdir -p "$(dirname "$root$target")"
    [ -e "$root$target" ] || : > "$root$target"
  fi
  mount --rbind "$source" "$root$target"
  [ "$mode" != ro ] || mount -o remount,bind,ro "$root$target"
done < "$mounts"
[ "$read_only" != true ] || mount -o remount,bind,ro "$root"

# In namespaces of an ordinary user there is one user only.
if [ "$user" = own ]; then
  set -- /usr/bin/setpriv --no-new-privs "$@"
else
  [ -z "$groups" ] && groups=--clear-groups || groups=--groups=$groups
  set -- /usr/bin/setpriv --reuid="$user" --regid="$group" "$groups" --no-new-privs --inh-caps=-all --bounding-set=-all "$@"
fi
export PATH=$container_path
exec /usr/sbin/chroot "$root" /bin/sh -c 'cd "$0" && exec "$@"' "$folder" "$@"
