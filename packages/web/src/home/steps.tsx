export function Steps() {
  return (
    <section className="sheet" aria-labelledby="steps">
      <h2 id="steps">Connect in three steps</h2>
      <ol className="steps">
        <li>
          <p>
            <b>Copy the URL.</b> It holds no secret: whoever has it must still sign in.
          </p>
        </li>
        <li>
          <p>
            <b>Add it to Claude</b> under Settings, Connectors, Add custom connector. On a Team or Enterprise
            plan an owner of that plan adds it first.
          </p>
        </li>
        <li>
          <p>
            <b>Sign in and choose</b> Read-only or Full access. The connection is then listed under API keys,
            where you can end it.
          </p>
        </li>
      </ol>
    </section>
  );
}
