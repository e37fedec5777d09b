import type { ReactNode } from 'react';
import { useDelayed } from './use-delayed.ts';

interface ListFilterProps<Sort extends string> {
  /** What stands in the field, by the address. */
  q: string | undefined;
  onFind: (q: string | undefined) => void;
  label: string;
  placeholder: string;
  /** "100 of 10002 keys". */
  found: string;
  sort?: {
    label: string;
    chosen: Sort;
    choices: readonly { value: Sort; name: string }[];
    onChoose: (sort: Sort) => void;
  };
  /** Other choices, before the field. */
  children?: ReactNode;
}

/** Above a long list: what to show of it, and in which order. The server looks for it, when somebody stops typing. */
export function ListFilter<Sort extends string>(props: ListFilterProps<Sort>) {
  const { children, found, label, onFind, placeholder, q, sort } = props;
  const field = useDelayed(q ?? '', (text) => onFind(text.trim() === '' ? undefined : text.trim()));
  return (
    <div className="filter">
      {children}
      {sort === undefined ? null : (
        <select
          className="input sort-choice"
          aria-label={sort.label}
          value={sort.chosen}
          onChange={(event) => {
            const chosen = sort.choices.find(({ value }) => value === event.target.value);
            if (chosen !== undefined) sort.onChoose(chosen.value);
          }}
        >
          {sort.choices.map(({ name, value }) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
      )}
      <input
        type="search"
        className="input"
        aria-label={label}
        placeholder={placeholder}
        maxLength={200}
        value={field.text}
        onChange={(event) => field.type(event.target.value)}
      />
      <span role="status" className="small quiet filter-count">
        {found}
      </span>
    </div>
  );
}
