// What the workbench calls: the tests of some suites, one after the other, each told in a line of the report.
const fs = require('node:fs');

exports.run = async () => {
  const suites = process.env.BUGCATALOG_SUITE.split(' ').map((name) => require(`./${name}.js`));
  const tests = Object.assign({}, ...suites);
  const failed = [];
  for (const [name, test] of Object.entries(tests)) {
    const began = Date.now();
    let problem = '';
    try {
      await test();
    } catch (error) {
      problem = error instanceof Error ? `${error.stack}` : String(error);
      failed.push(name);
    }
    const line = { name, problem, seconds: (Date.now() - began) / 1000 };
    fs.appendFileSync(process.env.BUGCATALOG_REPORT, `${JSON.stringify(line)}\n`);
  }
  if (failed.length) {
    throw new Error(`failed: ${failed.join(', ')}`);
  }
};
