import type { FetchFile } from '@latchkey/tools';
import type { FileFault, ReadFile } from '../../kernel/guarded-file.ts';
import { fail, ok } from '../../kernel/result.ts';

/** A file that an argument names by its address, or a sentence for the model that says why not. */
export function createFetchFile(readFile: ReadFile): FetchFile {
  return async (url, options) => {
    const file = await readFile(url, options);
    if (!file.ok) return fail({ message: sentence(file.error) });
    const { bytes, contentType } = file.value;
    return ok({ bytes, ...(contentType === undefined ? {} : { contentType }) });
  };
}

/** Says nothing of what is behind the address: it may have been asked to find that out. */
function sentence(fault: FileFault): string {
  switch (fault.reason) {
    case 'url':
      return 'must be an https address with a host name, without a user and without a port';
    case 'address':
      return 'must be an address that the public can reach';
    case 'deadline':
      return 'did not deliver the file in time';
    case 'cancelled':
      return 'was not fetched: the call was cancelled';
    case 'too_large':
      return 'leads to a file that is too large: all files of a call together may have 50 MB';
    case 'compressed':
      return 'delivers the file compressed for transport, though that was not asked for';
    case 'redirects':
      return 'leads from one address to the next without an end';
    case 'status':
      return `did not deliver the file: its server answered ${fault.status}`;
    case 'busy':
      return 'was not fetched: too many files are being fetched; try again';
    case 'unreachable':
      return 'could not be reached';
  }
}
