import { importText } from '../text/import.ts';

/** A tool exactly as the list has it. What cannot be seen is written out, as JSON does it. */
export function ToolJson({ tool }: { tool: unknown }) {
  return (
    // It scrolls, so a keyboard has to reach it.
    <pre className="import-json" tabIndex={0} aria-label={importText.preview.json} role="group">
      <code>{visible(JSON.stringify(tool, null, 2))}</code>
    </pre>
  );
}

export function nameOfTool(tool: unknown): string {
  return stringIn(tool, 'name') ?? importText.preview.nameless;
}

export function titleOfTool(tool: unknown): string {
  return stringIn(tool, 'title') ?? nameOfTool(tool);
}

export function descriptionOfTool(tool: unknown): string {
  return stringIn(tool, 'description') ?? '';
}

export function argumentsOfTool(tool: unknown): number {
  const properties = fieldOf(fieldOf(tool, 'inputSchema'), 'properties');
  return typeof properties === 'object' && properties !== null ? Object.keys(properties).length : 0;
}

export function isReadOnlyTool(tool: unknown): boolean {
  return fieldOf(fieldOf(tool, 'annotations'), 'readOnlyHint') === true;
}

function stringIn(value: unknown, name: string): string | undefined {
  const field = fieldOf(value, name);
  return typeof field === 'string' ? field : undefined;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** Marks that turn the reading direction round or hide text, as escapes. */
function visible(json: string): string {
  return json.replaceAll(
    /(?![\u200c\u200d])[\p{Cf}\p{Co}]/gu,
    (mark) => `\\u{${(mark.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
