/** The findings that the editor shows now, counted. */
import { Diagnostic, DiagnosticSeverity, languages } from 'vscode';
import { SOURCE } from './links';

export function codeOf(diagnostic: Diagnostic): string {
  const code = diagnostic.code;
  return String(typeof code === 'object' ? code.value : (code ?? ''));
}

/** How many findings there are of each code. */
export function countsByCode(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const diagnostic of all()) {
    const code = codeOf(diagnostic);
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  return counts;
}

/** How many there are of each severity, errors first. */
export function countsBySeverity(): [errors: number, warnings: number, information: number, hints: number] {
  const counts: [number, number, number, number] = [0, 0, 0, 0];
  for (const diagnostic of all()) {
    counts[diagnostic.severity] += 1;
  }
  return counts;
}

function* all(): Generator<Diagnostic & { severity: DiagnosticSeverity }> {
  for (const [uri, diagnostics] of languages.getDiagnostics()) {
    // What a log tells is no finding: its cause is found in the code.
    if (!LOG.test(uri.path)) {
      yield* diagnostics.filter((diagnostic) => diagnostic.source === SOURCE);
    }
  }
}

const LOG = /\.(log(\.\d+)?|txt|out|err)$/;
