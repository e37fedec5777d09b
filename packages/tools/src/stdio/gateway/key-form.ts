/** Whether a text could be a key: what has other characters was copied wrongly, and no header carries it. */
export function isKeyForm(text: string): boolean {
  return /^[!-~]+$/.test(text);
}
