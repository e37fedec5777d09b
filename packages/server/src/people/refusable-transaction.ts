import { fail, type Result } from '../kernel/result.ts';
import type { Queries, Store } from '../store/store.ts';

/** A transaction that is also rolled back when the work ends in a refusal, so that a refusal leaves nothing behind. */
export async function refusableTransaction<T, Refusal>(
  store: Store,
  work: (queries: Queries) => Promise<Result<T, Refusal>>,
): Promise<Result<T, Refusal>> {
  let refusal: { readonly error: Refusal } | undefined;
  try {
    return await store.transaction(async (queries) => {
      const result = await work(queries);
      if (result.ok) return result;
      refusal = { error: result.error };
      throw new Error('rolled back: the work was refused');
    });
  } catch (error) {
    if (refusal !== undefined) return fail(refusal.error);
    throw error;
  }
}
