#!/bin/sh
# SPDX-License-Identifier: ISC
# it_init.sh - files to begin with: both programs take them as they are, each
# setting that is switched off is a right one, and nothing is overwritten.
set -eu
: "${B:=build}"
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
unset COLUMNS
PATH=$(cd "$B" && pwd):$PATH
root=$(pwd)
cd "$dir"

fail() {
	echo "it_init: $*" >&2
	[ ! -e said ] || cat said >&2
	exit 1
}

cwaudit init new/er >said 2>&1 && fail "a path of nothing was made"
cwaudit init new >said 2>&1 || fail "nothing was written"
[ "$(wc -l <said)" = 3 ] || fail "more than three lines"
cwauditd -t -c new/cwauditd.yaml >said 2>&1 || fail "cwauditd -t refuses it"
cwaudit inventory -c new/cwauditd.yaml >said 2>&1 ||
    fail "cwaudit inventory refuses it"
grep -q 'download.im.contoso.com' said || fail "the site is not in it"

# Elsewhere than beside the working directory, too.
(cd / && cwaudit inventory -c "$dir/new/cwauditd.yaml") >said 2>&1 ||
    fail "the inventory is not looked for beside the configuration"

# All settings switched on: the keys are there, and none is misspelt.
mkdir on
cp new/cwauditd.yaml on/
cp "$root/tests/certs/root.pem" on/corp-roots.pem
sed 's/^#\([^ ]\)/\1/; s/^#  /  /' new/inventory.yaml >on/inventory.yaml
cwauditd -t -c on/cwauditd.yaml >said 2>&1 || fail "a setting is wrong"
for key in roots trust issuers rules address os layout listen sharing \
    waivers published; do
	grep -q "^ *$key:" on/inventory.yaml || fail "$key is not switched on"
done

# Never over what is there; the other file is not written either.
cp new/inventory.yaml before
cwaudit init new >said 2>&1 && fail "it was overwritten"
grep -q 'new/cwauditd.yaml is there already' said || fail "it is not said"
rm new/cwauditd.yaml
cwaudit init new >said 2>&1 && fail "it was overwritten"
cmp -s before new/inventory.yaml || fail "it was changed"
[ ! -e new/cwauditd.yaml ] || fail "half of it was written"
ln -s /nowhere/at/all new/cwauditd.yaml
rm new/inventory.yaml
cwaudit init new >said 2>&1 && fail "a link was followed"
cwaudit init a b >said 2>&1 && fail "two directories were taken"
(mkdir here && cd here && cwaudit init) >said 2>&1 || fail "not here"
[ -s here/inventory.yaml ] || fail "not in this directory"
echo "it_init: files to begin with are right, and nothing is overwritten"
