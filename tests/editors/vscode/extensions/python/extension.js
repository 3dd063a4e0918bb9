const { EventEmitter, Uri } = require('vscode');

/** The published API, on a variable that the tests set. */
exports.activate = () => {
  const changed = new EventEmitter();
  let selected;
  return {
    environments: {
      getActiveEnvironmentPath: () => ({ id: selected ?? '', path: selected ?? '' }),
      resolveEnvironment: async ({ path }) => path && { executable: { uri: Uri.file(path) } },
      onDidChangeActiveEnvironmentPath: changed.event,
    },
    // For the tests:
    select(interpreter) {
      selected = interpreter;
      changed.fire({ path: selected });
    },
  };
};
