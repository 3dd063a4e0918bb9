const { EventEmitter } = require('vscode');

/** The published API, on a variable that the tests set. */
exports.activate = () => {
  const changed = new EventEmitter();
  let selected;
  return {
    getEnvironment: async () => selected && { execInfo: { run: { executable: selected } } },
    onDidChangeEnvironment: changed.event,
    // For the tests:
    select(interpreter) {
      selected = interpreter;
      changed.fire({ new: selected });
    },
  };
};
