import { importText } from '../../text/import.ts';
import { Option } from '../../ui/option.tsx';
import { FieldBlockers } from '../field-blockers.tsx';
import type { Draft } from '../use-draft.ts';

const text = importText.publish;
const MAX = { slug: 40, name: 200, note: 300 } as const;

interface AboutFieldsProps {
  draft: Draft;
  /** A connector keeps the address that it began with. */
  isUpdate: boolean;
  note: string;
  onNote: (note: string) => void;
}

/** What the connector is called, and what becomes of later tools. */
export function AboutFields({ draft, isUpdate, note, onNote }: AboutFieldsProps) {
  const { name, new_write_tools: newWriteTools, slug } = draft.settings;
  return (
    <>
      <div className="field">
        <label htmlFor="import-name">{text.facts.name}</label>
        <input
          id="import-name"
          className="input"
          required
          maxLength={MAX.name}
          autoComplete="off"
          value={name ?? ''}
          onChange={({ target: { value } }) =>
            draft.change({ fields: { name: value === '' ? null : value } })
          }
        />
        <FieldBlockers view={draft.view} field="name" />
      </div>
      <div className="field">
        <label htmlFor="import-slug">{text.facts.slug}</label>
        <input
          id="import-slug"
          className="input"
          required
          readOnly={isUpdate}
          maxLength={MAX.slug}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          aria-describedby="import-slug-hint"
          value={slug ?? ''}
          onChange={({ target: { value } }) =>
            draft.change({ fields: { slug: value === '' ? null : value } })
          }
        />
        <p id="import-slug-hint" className="hint">
          {text.facts.slugHint}
        </p>
        {!isUpdate && draft.view.target.exists ? (
          <p className="hint status-warning">{text.facts.slugTaken}</p>
        ) : null}
        <FieldBlockers view={draft.view} field="slug" />
      </div>
      <fieldset className="field">
        <legend>{text.newWriteTools}</legend>
        {(['wait', 'allow'] as const).map((choice) => (
          <Option
            key={choice}
            name="new-write-tools"
            value={choice}
            checked={newWriteTools === choice}
            onChoose={() => draft.change({ fields: { new_write_tools: choice } })}
          >
            <b>{text.newWrite[choice].name}</b>
            <span className="quiet">{text.newWrite[choice].text}</span>
          </Option>
        ))}
      </fieldset>
      <div className="field">
        <label htmlFor="import-note">{text.facts.note}</label>
        <input
          id="import-note"
          className="input"
          maxLength={MAX.note}
          autoComplete="off"
          aria-describedby="import-note-hint"
          value={note}
          onChange={(event) => onNote(event.target.value)}
        />
        <p id="import-note-hint" className="hint">
          {text.facts.noteHint}
        </p>
      </div>
    </>
  );
}
