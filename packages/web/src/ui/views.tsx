interface ViewsProps<Value extends string> {
  label: string;
  chosen: Value;
  views: readonly { value: Value; name: string }[];
  onChoose: (value: Value) => void;
}

/** One of a few ways to look at the same thing. */
export function Views<Value extends string>({ chosen, label, onChoose, views }: ViewsProps<Value>) {
  return (
    <div className="views" role="group" aria-label={label}>
      {views.map(({ name, value }) => (
        <button
          key={value}
          type="button"
          className="view"
          aria-pressed={value === chosen}
          onClick={() => onChoose(value)}
        >
          {name}
        </button>
      ))}
    </div>
  );
}
