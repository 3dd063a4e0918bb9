// What the workbench logs with, without the native module, which would want a compiler: lines of text in files.
const fs = require('node:fs');
const path = require('node:path');

exports.version = 0;
exports.LogLevel = { Trace: 0, Debug: 1, Info: 2, Warning: 3, Error: 4, Critical: 5, Off: 6 };

class Logger {
  constructor(_type, _name, file) {
    this.file = file;
    this.level = 2;
    this.isBare = false;
    fs.mkdirSync(path.dirname(file), { recursive: true });
  }

  getLevel() {
    return this.level;
  }

  setLevel(level) {
    this.level = level;
  }

  setPattern() {}

  clearFormatters() {
    this.isBare = true;
  }

  flush() {}

  drop() {}

  write(level, name, message) {
    if (this.level <= level) {
      const time = new Date().toISOString().replace('T', ' ').replace('Z', '');
      fs.appendFileSync(this.file, this.isBare ? message : `${time} [${name}] ${message}\n`);
    }
  }
}

for (const [level, name] of ['trace', 'debug', 'info', 'warning', 'error', 'critical'].entries()) {
  Logger.prototype[name === 'warning' ? 'warn' : name] = function (message) {
    this.write(level, name, message);
  };
}

exports.Logger = Logger;
exports.setLevel = () => undefined;
exports.setFlushOn = () => undefined;
exports.createRotatingLogger = async (...given) => new Logger('rotating', ...given);
exports.createAsyncRotatingLogger = async (...given) => new Logger('rotating_async', ...given);
