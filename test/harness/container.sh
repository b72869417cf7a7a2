# Runs a command in what the container image holds, where no container engine is: in namespaces of its own (mounts,
# processes), on a root file system that is read-only and holds the image's files, this machine's libraries, and Node.js
# where the base image has it. Called within `unshare --mount --pid --fork --kill-child`.
# container.sh ROOT IMAGE NODE FILES USER COMMAND...: ROOT is an empty folder, FILES is mounted at /run/files.
set -e
root=$1 image=$2 node=$3 files=$4 user=$5
shift 5

mount -t tmpfs -o mode=755 tmpfs "$root"
cd "$root"
mkdir -p usr/local/bin proc dev etc opt/fairlead var/lib/fairlead run/files tmp
# What merged systems have as links stays links.
for folder in bin sbin lib lib64 usr/bin usr/sbin usr/lib usr/lib64; do
  if [ -L "/$folder" ]; then
    cp -P "/$folder" "$folder"
  elif [ -d "/$folder" ]; then
    mkdir -p "$folder"
    mount --rbind "/$folder" "$folder"
  fi
done
# The image's user has no name, as in the base image.
echo 'root:x:0:0:root:/root:/bin/sh' > etc/passwd
cp /etc/hosts /etc/nsswitch.conf etc/ 2> /dev/null || true
touch usr/local/bin/node dev/null dev/urandom
for device in null urandom; do mount --bind "/dev/$device" "dev/$device"; done
mount --bind "$node" usr/local/bin/node
mount --bind "$image/fairlead" opt/fairlead
mount --bind "$files" run/files
mount -t proc proc proc
for folder in opt/fairlead run/files; do mount -o remount,bind,ro "$root/$folder"; done
mount -o remount,ro "$root"

# As root the image's own user; elsewhere the one user that these namespaces have.
if [ "$user" = own ]; then
  exec chroot "$root" "$@"
else
  exec chroot --userspec="$user" --groups= "$root" "$@"
fi
