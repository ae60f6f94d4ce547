import { holdsAlong, type Along } from "../../core/ir/walk.js";
import type { TrainIr } from "../../core/ir/types.js";
import { expressionCode, namedValue, pointCode } from "./javascript-expressions.js";
import { fieldsOf, optimizerCode } from "./javascript-clauses.js";
import type { Field, Js } from "./javascript-value.js";
import type { Scope } from "./scope.js";

/** The training that rules without `train` imply; its length is the host's. */
export function isImplicit(train: TrainIr): boolean {
  return train.text === "train";
}

/** What `run.train` is given. `ends`: code that tells whether no training follows, which paired regrows ask. */
export function trainFields(train: TrainIr, scope: Scope, ends: string | null): Field[] {
  const { unit, value } = train.length;
  const fields: Field[] = [{ key: unit, value: isImplicit(train) ? "epochs" : expressionCode(value, scope) }];
  const add = (key: string, value: Js | undefined) => {
    if (value !== undefined) fields.push({ key, value });
  };
  add("finetune", train.finetune ? "true" : undefined);
  add("batch", train.batch === undefined ? undefined : expressionCode(train.batch, scope));
  add("optimizer", train.optimizer && optimizerCode(train.optimizer, scope));
  add("loss", train.loss && namedValue(train.loss));
  add("until", train.until === undefined ? undefined : expressionCode(train.until, scope));
  const rules = train.rules.filter(holdsAlong);
  add("penalties", ruleList(rules, "penalize", scope));
  add("frozen", ruleList(rules, "freeze", scope));
  add("updates", ruleList(rules, "update", scope));
  const pairs = train.rules.some((rule) => rule.kind === "prune" && rule.regrow !== undefined);
  add("last", pairs && ends !== null ? ends : undefined);
  if (train.snapshots.length > 0)
    add("snapshots", { list: train.snapshots.map((point) => pointCode(point, scope)) });
  return fields;
}

function ruleList(rules: readonly Along[], kind: Along["kind"], scope: Scope): Js | undefined {
  const list = rules
    .filter((rule) => rule.kind === kind)
    .map((rule) => ({ fields: alongFields(rule, scope) }));
  return list.length === 0 ? undefined : { list };
}

function alongFields(rule: Along, scope: Scope): Field[] {
  const id: Field = { key: "id", value: String(rule.id), comment: [rule.text] };
  return [id, ...fieldsOf(rule.kind, rule, scope), ...fieldsOf("when", rule.when ?? {}, scope)];
}
