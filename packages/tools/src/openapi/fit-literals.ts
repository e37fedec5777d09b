import { isOfType } from '../json.ts';
import type { View } from './view.ts';

/** An `enum` without a value of the schema's type would make it accept nothing. One of a list is meant for its items. */
export function fitLiterals(view: View, repair: (message: string) => void): void {
  const { types, literals } = view;
  if (!types || !literals || literals.some((value) => types.some((type) => isOfType(value, type)))) return;
  delete view.literals;
  if (types.length === 1 && types[0] === 'array') {
    repair('The `enum` of a list of values was taken for that of its items.');
    view.items = [...(view.items ?? []), { node: { enum: [...literals] }, at: view.at }];
  } else {
    repair('An `enum` without a value of the type of the schema was ignored.');
  }
}
