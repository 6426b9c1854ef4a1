#!/usr/bin/env bash
# The chart libraries of the report, out of their release packages, through whatever registry npm is set up with.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm pack --silent lightweight-charts@5.2.1 uplot@1.6.32 > /dev/null
sums() { sed -n '/^```$/,/^```$/p' "$here/README.md" | grep -E "^[0-9a-f]{64}  .*\.$1\$"; }
sums tgz | sha256sum --check --quiet
take() { tar -xzOf "$1" "package/$2" > "$here/$3"; }
take lightweight-charts-5.2.1.tgz dist/lightweight-charts.standalone.production.js lightweight-charts.js
take lightweight-charts-5.2.1.tgz LICENSE lightweight-charts.LICENSE
take uplot-1.6.32.tgz dist/uPlot.iife.min.js uplot.js
take uplot-1.6.32.tgz dist/uPlot.min.css uplot.css
take uplot-1.6.32.tgz LICENSE uplot.LICENSE
cd "$here"
sums '(js|css|LICENSE)' | sha256sum --check --quiet
echo "the chart libraries are as published"
