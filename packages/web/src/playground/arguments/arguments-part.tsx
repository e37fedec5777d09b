import { useId, useState } from 'react';
import type { JsonSchema } from '../../api/playground.ts';
import { playgroundText } from '../../text/playground.ts';
import { Views } from '../../ui/views.tsx';
import { ArgumentField } from './argument-field.tsx';
import { objectIn, toForm, toJson, type Draft } from './draft.ts';
import { fieldsOf } from './read-schema.ts';

const text = playgroundText.arguments;

interface ArgumentsPartProps {
  schema: JsonSchema;
  draft: Draft;
  onChange: (draft: Draft) => void;
  faults: ReadonlyMap<string, string>;
}

/** The arguments: as a form, or as JSON. What was typed in one is there in the other. */
export function ArgumentsPart({ draft, faults, onChange, schema }: ArgumentsPartProps) {
  const id = useId();
  const [isRefused, setRefused] = useState(false);
  const fields = fieldsOf(schema);
  const isJson = draft.view === 'json';
  const isBroken = isJson && objectIn(draft.json) === undefined;

  function change(view: Draft['view']): void {
    if (view === draft.view) return;
    const next = view === 'json' ? toJson(draft) : toForm(draft);
    setRefused(next === undefined);
    if (next !== undefined) onChange(next);
  }

  return (
    <section className="sheet play-part" aria-labelledby={id}>
      <div className="play-part-head">
        <h2 id={id}>{text.title}</h2>
        <Views
          label={text.view}
          chosen={draft.view}
          views={[
            { value: 'form', name: text.form },
            { value: 'json', name: text.json },
          ]}
          onChoose={change}
        />
      </div>
      {isJson ? (
        <div className={isBroken ? 'field play-faulty' : 'field'}>
          <label htmlFor={`${id}json`}>{text.jsonLabel}</label>
          <textarea
            id={`${id}json`}
            className="input play-json"
            rows={Math.min(24, Math.max(8, draft.json.split('\n').length + 1))}
            spellCheck={false}
            aria-invalid={isBroken || undefined}
            aria-describedby={`${id}hint`}
            value={draft.json}
            onChange={({ target }) => {
              setRefused(false);
              onChange({ ...draft, json: target.value });
            }}
          />
          <div id={`${id}hint`}>
            {isBroken && !isRefused ? <p className="play-fault">{text.notJson}</p> : null}
          </div>
          {isRefused && isBroken ? (
            <p role="alert" className="play-fault">
              {text.notAnObject}
            </p>
          ) : null}
        </div>
      ) : fields.length === 0 ? (
        <p className="quiet">{takesOthers(schema) ? text.jsonOnly : text.none}</p>
      ) : (
        fields.map((field) => (
          <ArgumentField
            key={field.name}
            scene={{ draft, onChange, root: schema, faults }}
            field={field}
            path={[field.name]}
          />
        ))
      )}
    </section>
  );
}

/** There are arguments, but none that a form could ask for. */
function takesOthers({ additionalProperties, properties }: JsonSchema): boolean {
  const named = typeof properties === 'object' && properties !== null ? Object.keys(properties).length : 0;
  return named > 0 || (additionalProperties !== undefined && additionalProperties !== false);
}
