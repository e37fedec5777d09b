import { stepsText as text } from '../text/home.ts';

export function Steps() {
  return (
    <section className="sheet" aria-labelledby="steps">
      <h2 id="steps">{text.title}</h2>
      <ol className="steps">
        {text.steps.map(({ act, more }) => (
          <li key={act}>
            <p>
              <b>{act}</b>
              {more}
            </p>
          </li>
        ))}
      </ol>
    </section>
  );
}
