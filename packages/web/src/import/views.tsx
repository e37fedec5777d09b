interface ViewsProps<View extends string> {
  label: string;
  views: readonly (readonly [view: View, name: string, count?: number])[];
  shown: View;
  onShow: (view: View) => void;
}

/** Buttons of which one is pressed: which kind a list shows. */
export function Views<View extends string>({ label, onShow, shown, views }: ViewsProps<View>) {
  return (
    <div className="views" role="group" aria-label={label}>
      {views.map(([view, name, count]) => (
        <button
          key={view}
          type="button"
          className="view"
          aria-pressed={view === shown}
          onClick={() => onShow(view)}
        >
          {name}
          {count === undefined ? null : <span className="view-count">{count.toLocaleString('en-GB')}</span>}
        </button>
      ))}
    </div>
  );
}
