import { useId, type ReactNode } from 'react';
import { playgroundText } from '../../text/playground.ts';
import { Foreign } from '../../ui/foreign.tsx';
import {
  jsonTextAt,
  numberOf,
  parsed,
  placeOf,
  valueAt,
  valueOfText,
  withValue,
  type Draft,
  type Path,
} from './draft.ts';
import { defaultOf, descriptionOf, kindOf, type Field, type FieldKind } from './read-schema.ts';
import type { JsonSchema } from '../../api/playground.ts';

const text = playgroundText.arguments;
const DESCRIPTION_CHARACTERS = 400;

/** What all fields of one form have in common. */
export interface FormScene {
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
  readonly root: JsonSchema;
  /** What was wrong with what was run, by the place of the field. */
  readonly faults: ReadonlyMap<string, string>;
}

interface FieldProps {
  scene: FormScene;
  field: Field;
  path: Path;
}

/** One argument, as its schema wants it. What no form can ask for is asked for as JSON. */
export function ArgumentField({ field, path, scene }: FieldProps) {
  const kind = kindOf(field.schema, scene.root, path.length);
  if (kind.kind === 'group')
    return <GroupField scene={scene} field={field} path={path} fields={kind.fields} />;
  if (kind.kind === 'list') return <ListField scene={scene} field={field} path={path} item={kind.item} />;
  return <PlainField scene={scene} field={field} path={path} kind={kind} />;
}

type Plain = Exclude<FieldKind, { kind: 'group' } | { kind: 'list' }>;

function PlainField({ field, kind, path, scene }: FieldProps & { kind: Plain }) {
  const id = useId();
  const place = placeOf(path);
  const fault = scene.faults.get(place) ?? unfinished(scene, path, kind);
  return (
    <div className={fault === undefined ? 'field' : 'field play-faulty'}>
      <label htmlFor={id}>
        <Name field={field} />
      </label>
      <Input
        id={id}
        kind={kind}
        path={path}
        scene={scene}
        describedBy={`${id}hint`}
        isInvalid={fault !== undefined}
        isRequired={field.isRequired}
      />
      <div id={`${id}hint`}>
        {fault === undefined ? null : (
          <p className="play-fault">
            <Foreign text={fault} max={DESCRIPTION_CHARACTERS} />
          </p>
        )}
        <Hint field={field} scene={scene} isJson={kind.kind === 'json'} />
      </div>
    </div>
  );
}

function unfinished({ draft }: FormScene, path: Path, { kind }: Plain): string | undefined {
  if (kind !== 'json') return undefined;
  const typed = jsonTextAt(draft, path);
  return typed.trim() === '' || parsed(typed) !== undefined ? undefined : text.notJson;
}

interface InputProps {
  id: string;
  kind: Plain;
  path: Path;
  scene: FormScene;
  describedBy: string;
  isInvalid: boolean;
  isRequired: boolean;
}

function Input({ describedBy, id, isInvalid, isRequired, kind, path, scene }: InputProps) {
  const { draft, onChange } = scene;
  const value = valueAt(draft.value, path);
  const set = (next: unknown, texts = draft.texts): void =>
    onChange({ ...draft, texts, value: withValue(draft.value, path, next) });
  const shared = {
    id,
    'aria-describedby': describedBy,
    'aria-invalid': isInvalid || undefined,
    'aria-required': isRequired || undefined,
  };
  switch (kind.kind) {
    case 'boolean':
    case 'choice': {
      const choices = kind.kind === 'boolean' ? [true, false] : kind.values;
      return <Choice shared={shared} choices={choices} value={value} onChoose={set} />;
    }
    case 'json':
      return (
        <textarea
          {...shared}
          className="input play-json"
          rows={3}
          spellCheck={false}
          value={jsonTextAt(draft, path)}
          onChange={({ target }) =>
            set(valueOfText(target.value), { ...draft.texts, [placeOf(path)]: target.value })
          }
        />
      );
    case 'number':
      return (
        <input
          {...shared}
          className="input short-input"
          inputMode={kind.isInteger ? 'numeric' : 'decimal'}
          autoComplete="off"
          value={asText(value)}
          onChange={({ target }) => set(numberOf(target.value))}
        />
      );
    case 'text': {
      const given = {
        ...shared,
        className: 'input',
        autoComplete: 'off',
        value: asText(value),
        onChange: ({ target }: { target: { value: string } }) =>
          set(target.value === '' ? undefined : target.value),
      };
      return kind.isLong || asText(value).includes('\n') ? (
        <textarea {...given} rows={4} />
      ) : (
        <input {...given} />
      );
    }
  }
}

interface ChoiceProps {
  shared: object;
  choices: readonly (string | number | boolean | null)[];
  value: unknown;
  onChoose: (value: unknown) => void;
}

/** A value that came from JSON and is none of the choices is shown as one more: it is not lost by looking at it. */
function Choice({ choices, onChoose, shared, value }: ChoiceProps) {
  const isOther = value !== undefined && !choices.some((choice) => choice === value);
  const all = isOther ? [...choices, value] : choices;
  return (
    <select
      {...shared}
      className="input"
      value={value === undefined ? '' : String(all.indexOf(value as never))}
      onChange={({ target }) => onChoose(target.value === '' ? undefined : all[Number(target.value)])}
    >
      <option value="">{text.notGiven}</option>
      {all.map((choice, at) => (
        <option key={`${at}`} value={String(at)}>
          {choice === true ? text.yes : choice === false ? text.no : asText(choice)}
        </option>
      ))}
    </select>
  );
}

function asText(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function GroupField({ field, fields, path, scene }: FieldProps & { fields: readonly Field[] }) {
  return (
    <Frame scene={scene} field={field} path={path}>
      {fields.map((inner) => (
        <ArgumentField key={inner.name} scene={scene} field={inner} path={[...path, inner.name]} />
      ))}
    </Frame>
  );
}

function ListField({ field, item, path, scene }: FieldProps & { item: JsonSchema }) {
  const { draft, onChange } = scene;
  const found = valueAt(draft.value, path);
  const isOdd = found !== undefined && !Array.isArray(found);
  // What was given as JSON and is no list is shown as what it is.
  if (isOdd) return <PlainField scene={scene} field={field} path={path} kind={{ kind: 'json' }} />;
  const items: readonly unknown[] = Array.isArray(found) ? found : [];
  const set = (next: readonly unknown[]): void =>
    onChange({
      ...draft,
      value: withValue(draft.value, path, next.length === 0 ? undefined : next),
    });
  return (
    <Frame scene={scene} field={field} path={path}>
      {items.length === 0 ? <p className="hint">{text.empty}</p> : null}
      {items.map((_, at) => (
        // Items have no other name than their place.
        <div key={`${at}`} className="play-item">
          <ArgumentField
            scene={scene}
            path={[...path, at]}
            field={{ name: text.itemOf(field.name, at + 1), schema: item, isRequired: false }}
          />
          <button
            type="button"
            className="button secondary small-button"
            onClick={() => set(items.filter((__, other) => other !== at))}
          >
            {text.remove}
            <span className="for-screen-readers">{text.removeItem(field.name, at + 1)}</span>
          </button>
        </div>
      ))}
      <button
        type="button"
        className="button secondary small-button"
        onClick={() => set([...items, emptyOf(kindOf(item, scene.root, path.length + 1))])}
      >
        {text.add}
        <span className="for-screen-readers">{text.addTo(field.name)}</span>
      </button>
    </Frame>
  );
}

/** What a list has in the place of what nobody typed yet. */
function emptyOf({ kind }: FieldKind): unknown {
  if (kind === 'group') return {};
  return kind === 'list' ? [] : '';
}

function Frame({ children, field, path, scene }: FieldProps & { children: ReactNode }) {
  const fault = scene.faults.get(placeOf(path));
  return (
    <fieldset className={fault === undefined ? 'field play-group' : 'field play-group play-faulty'}>
      <legend>
        <Name field={field} />
      </legend>
      {fault === undefined ? null : (
        <p className="play-fault">
          <Foreign text={fault} max={DESCRIPTION_CHARACTERS} />
        </p>
      )}
      <Hint field={field} scene={scene} />
      {children}
    </fieldset>
  );
}

function Name({ field: { isRequired, name } }: { field: Field }) {
  return (
    <>
      <Foreign text={name} />
      {isRequired ? <span className="play-required"> {text.required}</span> : null}
    </>
  );
}

function Hint({
  field,
  isJson = false,
  scene: { root },
}: {
  field: Field;
  scene: FormScene;
  isJson?: boolean;
}) {
  const description = descriptionOf(field.schema, root);
  const byDefault = defaultOf(field.schema, root);
  if (description === undefined && byDefault === undefined && !isJson) return null;
  return (
    <p className="hint">
      {description === undefined ? null : <Foreign text={description} max={DESCRIPTION_CHARACTERS} />}{' '}
      {byDefault === undefined ? null : text.byDefault(byDefault)} {isJson ? text.asJson : null}
    </p>
  );
}
