/** A text so that Markdown shows it as it is, on one line: no mark-up of its own, and no cell of a table ends in it. */
export function md(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[\\`*_{}[\]<>|~#]/g, (mark) => (mark === '<' ? '&lt;' : mark === '>' ? '&gt;' : `\\${mark}`))
    .replace(/^(?=[-+=])/, '\\');
}

/** A URL for an autolink; nothing in it can end the link. */
export function link(url: string): string {
  return `<${new URL(url).href.replace(/[<>\s]/g, encodeURIComponent)}>`;
}

/** A block of code. What we put into one never has three backticks; one that had would be refused here. */
export function block(language: string, code: string): string {
  if (code.includes('```')) throw new Error('A block of code cannot hold a fence.');
  return `\`\`\`${language}\n${code}\n\`\`\``;
}
