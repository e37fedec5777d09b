import type { ReactNode } from 'react';

interface OptionProps {
  name: string;
  value: string;
  checked: boolean;
  disabled?: boolean;
  onChoose: () => void;
  children: ReactNode;
}

/** A radio button with its explanation, all of it clickable. */
export function Option({ name, value, checked, disabled = false, onChoose, children }: OptionProps) {
  return (
    <label className={disabled ? 'option disabled' : 'option'}>
      <input
        type="radio"
        name={name}
        value={value}
        checked={checked}
        disabled={disabled}
        onChange={onChoose}
      />
      <span className="option-text">{children}</span>
    </label>
  );
}
