import { useState, type ReactNode } from 'react';
import { findItems, SHORT_LIST_MAX, SHOWN_MAX } from './find-items.ts';

interface FindProps<Item> {
  items: readonly Item[];
  /** "Find an app". */
  label: string;
  placeholder: string;
  /** What is searched. */
  textOf: (item: Item) => string;
  children: (found: readonly Item[]) => ReactNode;
}

/** A long list with a field to find something in it; a short one as it is. */
export function Find<Item>({ items, label, placeholder, textOf, children }: FindProps<Item>) {
  const [wanted, setWanted] = useState('');
  if (items.length <= SHORT_LIST_MAX && wanted === '') return children(items);
  const found = findItems(items, wanted, textOf);
  const shown = found.slice(0, SHOWN_MAX);
  return (
    <>
      <div className="filter">
        <input
          type="search"
          className="input"
          aria-label={label}
          placeholder={placeholder}
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
        />
        <span role="status" className="small quiet">
          {shown.length < found.length ? `The first ${shown.length} of ${found.length}.` : null}
        </span>
      </div>
      {shown.length === 0 ? <p className="sheet empty quiet">Nothing has that in it.</p> : children(shown)}
    </>
  );
}
