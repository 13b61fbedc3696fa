// SPDX-License-Identifier: ISC
// validate.js - JSON files against a JSON schema of draft 7, by ajv.
// usage: node validate.js SCHEMA FILE...; exit 0: all are valid
const fs = require('fs');
const Ajv = require('ajv');

const read = (path) => JSON.parse(fs.readFileSync(path, 'utf8'));

// ajv 6 compiles patterns without the u flag: letters of ASCII are enough here
const ascii = (key, value) => key !== 'pattern' || typeof value !== 'string' ?
    value : value.replace(/\\p\{L\}/g, '[A-Za-z]').replace(/\\p\{N\}/g, '[0-9]');
const schema = JSON.parse(JSON.stringify(read(process.argv[2]), ascii));
const check = new Ajv({ allErrors: true, schemaId: 'auto' }).compile(schema);

let failed = 0;
for (const path of process.argv.slice(3)) {
	if (check(read(path)))
		continue;
	failed = 1;
	for (const e of check.errors.slice(0, 5))
		console.error(`${path}: ${e.dataPath} ${e.message}`);
}
process.exit(failed);
