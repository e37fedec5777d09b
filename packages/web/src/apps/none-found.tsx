import { appsText } from '../text/apps.ts';

/** In place of the rows where nothing fits, with the way back to all. */
export function NoneFound({ onClear, words }: { words: string; onClear: () => void }) {
  return (
    <>
      <p>{words}</p>
      <button type="button" className="button secondary" onClick={onClear}>
        {appsText.clear}
      </button>
    </>
  );
}
