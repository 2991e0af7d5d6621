#!/usr/bin/env bash
# Installs, from Debian's packages, the programs that some tests need and otherwise skip: a browser, a PostgreSQL server
# to compare with, a font for the browser, and a terminal (tmux). Does nothing when they are installed. Needs root.
set -euo pipefail

wanted=(chromium postgresql fonts-dejavu-core tmux)
missing=()
for package in "${wanted[@]}"; do
  state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  if [ "$state" != installed ]; then missing+=("$package"); fi
done

if [ "${#missing[@]}" -eq 0 ]; then
  echo "installed already: ${wanted[*]}"
  exit 0
fi

echo "installing: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
# The tests start servers of their own, on free ports: the package's must not start one.
mkdir -p /etc/postgresql-common
if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
  echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf
fi
apt-get update -q
apt-get install -q -y --no-install-recommends "${missing[@]}"
