import type { ReactNode } from 'react';
import { securityText as text } from '../../text/security.ts';
import { Option } from '../../ui/option.tsx';

interface ChoiceProps<Value extends string | number | boolean> {
  name: string;
  title: string;
  /** The part that it stands in says it to the eye. */
  isTitled?: boolean;
  lead?: string | undefined;
  options: readonly { readonly value: Value; readonly name: string; readonly why: string }[];
  value: Value;
  /** What stands there now, where somebody else chose it while the form was filled in. */
  theirs: Value | undefined;
  isDisabled?: (value: Value) => boolean;
  onChoose: (value: Value) => void;
  children?: ReactNode;
}

/** One of a few, each with what it means. */
export function Choice<Value extends string | number | boolean>(props: ChoiceProps<Value>) {
  const { isDisabled, isTitled = false, lead, name, onChoose, options, theirs, title, value } = props;
  const chosenByThem = options.find((option) => option.value === theirs);
  return (
    <fieldset className="field">
      <legend className={isTitled ? 'for-screen-readers' : undefined}>{title}</legend>
      {lead === undefined ? null : <p className="hint">{lead}</p>}
      {options.map((option) => (
        <Option
          key={String(option.value)}
          name={name}
          value={String(option.value)}
          checked={value === option.value}
          disabled={isDisabled?.(option.value) === true && value !== option.value}
          onChoose={() => onChoose(option.value)}
        >
          <b>{option.name}</b>
          {option.why === '' ? null : <span className="quiet">{option.why}</span>}
        </Option>
      ))}
      {chosenByThem === undefined || theirs === value ? null : (
        <p className="hint">{text.meanwhile(chosenByThem.name)}</p>
      )}
      {props.children}
    </fieldset>
  );
}
