import type { Child, FC } from 'hono/jsx';

export interface TextFieldProps {
  readonly name: string;
  readonly label: string;
  readonly type?: 'text' | 'email' | 'password';
  readonly value?: string;
  readonly autocomplete: string;
  readonly hint?: Child;
  /** What is wrong with what was typed. */
  readonly fault?: string | undefined;
  readonly required?: boolean;
  readonly autofocus?: boolean;
}

/** A labelled input whose hint and fault are read out with it. Paste and password managers are welcome. */
export const TextField: FC<TextFieldProps> = (props) => {
  const { name, label, type = 'text', value, autocomplete, hint, fault, required = true } = props;
  const described = [hint === undefined ? '' : `${name}-hint`, fault === undefined ? '' : `${name}-fault`]
    .filter((id) => id !== '')
    .join(' ');
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <input
        id={name}
        name={name}
        type={type}
        {...(value === undefined ? {} : { value })}
        autocomplete={autocomplete}
        {...(type === 'text' && autocomplete !== 'off' ? {} : { autocapitalize: 'none' })}
        {...(described === '' ? {} : { 'aria-describedby': described })}
        {...(fault === undefined ? {} : { 'aria-invalid': 'true' })}
        {...(props.autofocus === true ? { autofocus: true } : {})}
        {...(required ? { required: true } : {})}
      />
      {fault === undefined ? null : (
        <p class="fault" id={`${name}-fault`}>
          {fault}
        </p>
      )}
      {hint === undefined ? null : (
        <p class="hint" id={`${name}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
};
