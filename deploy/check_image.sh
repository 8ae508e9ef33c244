#!/usr/bin/env bash
# Build the image and run it as its user on a read-only root: make image (as root, on Debian; needs buildah and mmdebstrap).
# The base image is made here from Debian's packages, so no registry of images is needed.
set -euo pipefail
cd "$(dirname "$0")/.."
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
work=$(mktemp -d)
made=
finish() {
  if [ -n "$made" ]; then
    for place in data tmp dev proc; do umount --lazy "$root/$place" 2>/dev/null || true; done
    umount --lazy "$root" 2>/dev/null || true
    buildah umount "$made" >/dev/null; buildah rm "$made" >/dev/null
  fi
  rm -rf "$work"
}
trap finish EXIT

if ! buildah inspect localhost/debian-python:bookworm >/dev/null 2>&1; then
  mmdebstrap --quiet --variant=minbase --include=python3,python3-venv,ca-certificates bookworm "$work/base.tar"
  base=$(buildah from scratch)
  buildah add --quiet "$base" "$work/base.tar" /
  buildah commit --quiet "$base" localhost/debian-python:bookworm
  buildah rm "$base" >/dev/null
fi
volumes=()
for path in /etc/pip.conf /etc/ssl/certs /opt/wheels /opt/pypi; do # what pip needs on a machine with a mirror
  if [ -e "$path" ]; then volumes+=(--volume "$path:$path:ro"); fi
done
buildah build --quiet --network host --build-arg BASE=localhost/debian-python:bookworm "${volumes[@]}" -t coralchunk:check .

made=$(buildah from localhost/coralchunk:check)
root=$(buildah mount "$made")
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount -t tmpfs -o uid=10001,gid=10001,mode=0700 tmpfs "$root/data"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
inside() { # in a subshell or in the background: it does not return
  exec chroot --userspec=10001:10001 "$root" /usr/bin/env -i PATH=/opt/coralchunk/bin:/usr/bin:/bin HOME=/data CORALCHUNK_DATA_DIR=/data \
    CORALCHUNK_PORT="$port" CORALCHUNK_WORKERS=1 "$@"
}
(inside sh -c '! touch /opt/coralchunk/here 2>/dev/null') # the root is read-only
(inside coralchunk doctor)
inside coralchunk serve 2>"$work/log" &
server=$!
for _ in $(seq 120); do
  curl -sf "http://127.0.0.1:$port/V1/api/ready" >/dev/null && break
  kill -0 "$server" || { cat "$work/log"; exit 1; }
  sleep 1
done
python3 -c "import json, sys; print(len(json.load(open(sys.argv[1]))['components']), 'packages in the SBOM')" "$root/opt/coralchunk/sbom.cdx.json"
job=$(curl -sf -F "image=@docs/app.png" "http://127.0.0.1:$port/V1/api/classify" | python3 -c 'import json, sys; print(json.load(sys.stdin)["job_id"])')
for _ in $(seq 120); do
  answer=$(curl -sf "http://127.0.0.1:$port/V1/api/status/$job?include=summary")
  case "$answer" in *'"completed"'*) break ;; esac
  sleep 1
done
kill "$server"
wait "$server"
case "$answer" in *'"completed"'*) echo "The image serves: $(buildah images --format '{{.Size}}' localhost/coralchunk:check)" ;; *) echo "$answer"; exit 1 ;; esac
