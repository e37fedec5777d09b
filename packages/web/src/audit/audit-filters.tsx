import { useId, type ReactNode } from 'react';
import { ACTION_CHOICES, actionInWords, auditText as text } from '../text/audit.ts';
import { useDelayed } from '../ui/use-delayed.ts';
import { fromField, RESULTS, SINCE, toField, type AuditSearch, type TextFilter } from './audit-search.ts';

interface AuditFiltersProps {
  search: AuditSearch;
  onChange: (search: AuditSearch) => void;
}

/** What to look for. Each change is in the address at once. */
export function AuditFilters({ onChange, search }: AuditFiltersProps) {
  const change = (part: { [Name in keyof AuditSearch]: AuditSearch[Name] | undefined }) => {
    const next = Object.entries({ ...search, ...part }).filter(
      ([, value]) => value !== undefined && value !== '',
    );
    onChange(Object.fromEntries(next) as AuditSearch);
  };
  const field = (name: TextFilter, label: string, placeholder: string) => (
    <TextField
      label={label}
      placeholder={placeholder}
      value={search[name] ?? ''}
      onChange={(value) => change({ [name]: value })}
    />
  );
  const isBetween = search.from !== undefined || search.to !== undefined;
  const hasMore = [search.target, search.app, search.key, search.request, search.intents].some(
    (value) => value !== undefined,
  );
  return (
    <search className="sheet audit-filters" aria-label={text.filters}>
      <div className="filter-grid">
        {field('who', text.who, text.whoPlaceholder)}
        <Choice label={text.what} value={search.what ?? ''} onChange={(what) => change({ what })}>
          <option value="">{text.anything}</option>
          {ACTION_CHOICES.map(({ name, value }) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
          {search.what === undefined || ACTION_CHOICES.some(({ value }) => value === search.what) ? null : (
            <option value={search.what}>{actionInWords(search.what)}</option>
          )}
        </Choice>
        <Choice
          label={text.result}
          value={search.result ?? ''}
          onChange={(value) => change({ result: RESULTS.find((one) => one === value) })}
        >
          <option value="">{text.anyResult}</option>
          {RESULTS.map((one) => (
            <option key={one} value={one}>
              {text.results[one]}
            </option>
          ))}
        </Choice>
        <Choice
          label={text.when}
          value={isBetween ? 'between' : (search.since ?? '')}
          onChange={(value) =>
            change({
              since: SINCE.find((one) => one === value),
              from: value === 'between' ? new Date(Date.now() - 86_400_000).toISOString() : undefined,
              to: undefined,
            })
          }
        >
          <option value="">{text.anyTime}</option>
          {SINCE.map((one) => (
            <option key={one} value={one}>
              {text.since[one]}
            </option>
          ))}
          <option value="between">{text.between}</option>
        </Choice>
        {isBetween ? (
          <>
            <TimeField label={text.from} value={search.from} onChange={(from) => change({ from })} />
            <TimeField label={text.to} value={search.to} onChange={(to) => change({ to })} />
          </>
        ) : null}
      </div>
      <details open={hasMore || undefined}>
        <summary>{text.more}</summary>
        <div className="filter-grid">
          {field('target', text.target, text.targetPlaceholder)}
          {field('app', text.app, text.appPlaceholder)}
          {field('key', text.key, text.keyPlaceholder)}
          {field('request', text.request, text.requestPlaceholder)}
        </div>
        <label className="check">
          <input
            type="checkbox"
            checked={search.intents === '1'}
            onChange={(event) => change({ intents: event.target.checked ? '1' : undefined })}
          />
          <span>{text.intents}</span>
        </label>
      </details>
    </search>
  );
}

function TextField({
  label,
  onChange,
  placeholder,
  value,
}: {
  label: string;
  placeholder: string;
  value: string;
  onChange: (value: string) => void;
}) {
  const id = useId();
  const { passNow, text: typed, type } = useDelayed(value, onChange);
  return (
    <div>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="search"
        className="input"
        placeholder={placeholder}
        maxLength={200}
        autoComplete="off"
        spellCheck={false}
        value={typed}
        onChange={(event) => type(event.target.value)}
        onBlur={passNow}
        onKeyDown={(event) => {
          if (event.key === 'Enter') passNow();
        }}
      />
    </div>
  );
}

function Choice({
  children,
  label,
  onChange,
  value,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id}>{label}</label>
      <select id={id} className="input" value={value} onChange={(event) => onChange(event.target.value)}>
        {children}
      </select>
    </div>
  );
}

function TimeField({
  label,
  onChange,
  value,
}: {
  label: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="datetime-local"
        className="input"
        value={toField(value)}
        onChange={(event) => onChange(fromField(event.target.value))}
      />
    </div>
  );
}
