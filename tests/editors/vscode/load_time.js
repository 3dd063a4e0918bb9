// Print how many milliseconds of processor time it takes to load the bundle that is named.
const Module = require('node:module');

const load = Module._load;
const nothing = new Proxy(function () {}, {
  get: (_, key) => (key === Symbol.toPrimitive ? () => '' : nothing),
  apply: () => nothing,
  construct: () => nothing,
});
Module._load = (name, ...others) => (name === 'vscode' ? nothing : load(name, ...others));

const before = process.cpuUsage();
require(process.argv[2]);
const { user, system } = process.cpuUsage(before);
console.log((user + system) / 1000);
