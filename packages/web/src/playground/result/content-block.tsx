import { playgroundText } from '../../text/playground.ts';
import { Foreign } from '../../ui/foreign.tsx';
import { parsed, written } from '../arguments/draft.ts';
import { isObject } from '../../is-object.ts';
import { LongText } from './long-text.tsx';
import { mediaUrl, safeLink } from './safe-link.ts';

const text = playgroundText.result;
const ADDRESS_CHARACTERS = 500;

/** A block of an answer, of whoever wrote it: text is text, a picture is a picture, and nothing is anything else. */
export function ContentBlock({ at, block }: { at: number; block: Record<string, unknown> }) {
  const { type } = block;
  if (type === 'text' && typeof block['text'] === 'string') {
    return <LongText label={text.text} text={pretty(block['text'])} />;
  }
  if (type === 'image' || type === 'audio') {
    const url = mediaUrl(type, block['mimeType'], block['data']);
    if (url === undefined) return <NotShown type={block['mimeType'] ?? type} />;
    return type === 'image' ? (
      <img className="play-picture" src={url} alt={text.picture(at)} />
    ) : (
      // oxlint-disable-next-line jsx-a11y/media-has-caption -- nobody knows what is said in it
      <audio className="play-sound" controls src={url} aria-label={text.sound(at)} />
    );
  }
  if (type === 'resource_link' && typeof block['uri'] === 'string')
    return <ResourceLink uri={block['uri']} name={block['title'] ?? block['name']} />;
  if (type === 'resource' && isObject(block['resource'])) {
    const { mimeType, text: said } = block['resource'];
    return typeof said === 'string' ? (
      <LongText label={text.text} text={pretty(said)} />
    ) : (
      <NotShown type={mimeType ?? type} />
    );
  }
  return <NotShown type={type} />;
}

function NotShown({ type }: { type: unknown }) {
  return (
    <p className="quiet">
      <Foreign text={text.notShown(typeof type === 'string' ? type : '?')} />
    </p>
  );
}

function ResourceLink({ name, uri }: { name: unknown; uri: string }) {
  const href = safeLink(uri);
  return (
    <p>
      {href === undefined ? text.linkUnsafe : text.link}{' '}
      {href === undefined ? (
        <code>
          <Foreign text={uri} max={ADDRESS_CHARACTERS} />
        </code>
      ) : (
        <a href={href} rel="noopener noreferrer" target="_blank">
          {typeof name === 'string' ? <Foreign text={name} /> : null}{' '}
          <bdi className="small">{new URL(href).host}</bdi>
        </a>
      )}
    </p>
  );
}

/** JSON is easier to read with lines of its own. */
function pretty(plain: string): string {
  if (!/^\s*[[{]/.test(plain)) return plain;
  const json = parsed(plain);
  return json === undefined ? plain : written(json.value);
}
