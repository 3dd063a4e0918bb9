/** Which documents the server sees: those that an entry may be about, what programs say, and catalog pages. */
import { DocumentFilter } from 'vscode-languageclient/node';

/** The editor's ids of the languages that rules can be written for, then of pages, settings, logs and tracebacks. */
const LANGUAGES = [
  ...[
    'python',
    'typescript',
    'typescriptreact',
    'javascript',
    'javascriptreact',
    'go',
    'java',
    'kotlin',
    'rust',
  ],
  ...[
    'csharp',
    'ruby',
    'php',
    'c',
    'cpp',
    'swift',
    'scala',
    'lua',
    'shellscript',
    'html',
    'css',
    'scss',
    'json',
  ],
  ...['jsonc', 'yaml', 'sql', 'elixir', 'haskell', 'nix', 'solidity', 'terraform', 'hcl'],
  ...['markdown', 'toml', 'log', 'plaintext'],
];

export const DOCUMENTS: DocumentFilter[] = [
  ...LANGUAGES.map((language) => ({ scheme: 'file', language })),
  ...['python', 'log', 'plaintext'].map((language) => ({ scheme: 'untitled', language })),
];
