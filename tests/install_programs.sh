#!/bin/sh
# Installs the real clients that the tests drive: where it may (root on Debian), it does; elsewhere it says what is missing.
set -eu
# program:package
WANTED="omegat:omegat chromium:chromium tmxclean:libxml-tmx-perl pandoc:pandoc soffice:libreoffice-writer
soffice:libreoffice-impress soffice:libreoffice-calc antiword:antiword tesseract:tesseract-ocr tesseract:tesseract-ocr-chi-sim
psql:postgresql openssl:openssl nginx:nginx-light systemd-analyze:systemd"
missing=""
for pair in $WANTED; do
    command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair##*:}"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update -qq
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing default-jre-headless >/dev/null
else
    echo "tests that drive real clients will be skipped; to run them, install:$missing" >&2
fi
