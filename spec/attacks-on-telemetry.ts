import { attack, type Claim } from './requirement.ts';
import { configTelemetry, log, metrics, sampler, telemetryProcess, traces } from './tests.ts';

/** On what an installation tells of itself. */
export const ATTACKS_ON_TELEMETRY: readonly Claim[] = [
  attack(
    150,
    'Metrics are not public: not through a proxy or a tunnel on the same machine, not to a page in a browser there, not to a key of an organisation, not by a slip in the configuration.',
    metrics('%s gets 404, as for anything that does not exist'),
    metrics('a service with a public address shows them to nobody, however near'),
    metrics('who shows %s gets 401 and is told how'),
    metrics('a key of an organisation, whatever it may do there, does not open them'),
    metrics('with an address of their own they are there, and nowhere else; nor is anything else there'),
    configTelemetry('an address of their own may be one of this machine, or has a token'),
    telemetryProcess(
      'metrics that would be open to the network do not start, and the fault says what to set',
    ),
  ),
  attack(
    151,
    'Nobody can make series, and so fill the memory of the service and of who scrapes it, with names of tools, paths, methods or grant types that there are not.',
    metrics('names of tools, paths, methods, grant types and organisations make no series'),
    metrics('nothing of an organisation, a person, a key or an upstream stands in a scrape'),
  ),
  attack(
    152,
    'A hostile traceparent is ignored, nobody who is not known has anything traced, and who is known not everything.',
    traces('a traceparent that is %s is ignored: the trace is our own'),
    traces('flags that nobody knows, tracestate and baggage do not go on'),
    traces('who is not known may not, however it asks'),
    sampler('callers who all want to be traced are followed fifty times at once and ten times a second'),
  ),
  attack(
    153,
    'Neither spans nor log lines carry secrets, arguments or results.',
    traces('neither arguments nor results, keys, paths or names that a caller made up are in what is sent'),
    log('a secret is not in the log: %s'),
    log('a secret in the message itself is covered, too'),
    log('a line is one line, whatever is in it, and ends'),
  ),
];
