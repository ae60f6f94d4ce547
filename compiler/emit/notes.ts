/** Comment lines about statements that the IR does not hold: the call they come from, what the plan foresees. */
export interface Notes {
  /** Above the statement's own text: "# han(target: 90%)" where a method's statements begin. */
  before(id: number): readonly string[];
  /** Below it. */
  of(id: number): readonly string[];
}

export const noNotes: Notes = { before: () => [], of: () => [] };
