import type { ClosedOrganisation } from '../api/types.ts';
import { closedText } from '../text/closed-organisations.ts';

const { settingUp: text } = closedText;

/** Why somebody is on their account page before the organisation opens, and the way on. */
export function SettingUp({ closed: { name, slug } }: { closed: ClosedOrganisation }) {
  return (
    <div className="notice">
      <p>{text.why(name)}</p>
      <p>
        {/* Loaded anew, so that it is asked again what is open. */}
        <a className="button secondary" href={`/app/${slug}`}>
          {text.goOn(name)}
        </a>
      </p>
    </div>
  );
}
