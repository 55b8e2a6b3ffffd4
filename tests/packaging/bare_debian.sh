#!/usr/bin/env bash
# Runs commands of bot/bootstrap.py on a bare Debian that has only Python and Git, and leaves nothing behind.
#
#     tests/packaging/bare_debian.sh bookworm demo
#     tests/packaging/bare_debian.sh trixie demo "test tests/end_to_end"
#
# It needs root, mmdebstrap and the network, so it is run by hand. First it shows the line that says what to add, then it
# does what that line says. A certificate bundle named by SSL_CERT_FILE is taken along.
set -euo pipefail
suite=$1
shift
project=$(git -C "$(dirname "$0")" rev-parse --show-toplevel)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git clone --quiet --no-local "$project" "$work/project"
cp "${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}" "$work/certificates.pem"
cat >"$work/inside" <<'INSIDE'
set -u
export SSL_CERT_FILE=/root/certificates.pem HOME=/root/home CI=true
mkdir -p "$HOME" && cd /root/project
python3 --version
if said=$(python3 bot/bootstrap.py ${1%% *} 2>&1); then echo "nothing was missing?" && exit 1; fi
echo "$said"
apt-get update -qq
DEBIAN_FRONTEND=noninteractive sh -c "${said##*Add with: } -qq >/dev/null"
for command in "$@"; do
  echo "== $command"
  bash -c 'time python3 bot/bootstrap.py $0 </dev/null' "$command" || exit 1
done
INSIDE
mmdebstrap --quiet --variant=apt --include=python3,git \
  --customize-hook="copy-in $work/project $work/certificates.pem $work/inside /root" \
  --customize-hook="chroot \"\$1\" env --ignore-environment PATH=/usr/sbin:/usr/bin:/sbin:/bin bash /root/inside ${*@Q}" "$suite" /dev/null
