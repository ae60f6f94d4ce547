import { afterEach, expect, test, vi } from "vitest";
import { interruptible } from "../../cli/interruptible.js";

afterEach(() => vi.restoreAllMocks());

test.each(["SIGINT", "SIGTERM"] as const)(
  "the second %s ends the process as the signal does by itself",
  (signal) => {
    const kill = vi.spyOn(process, "kill").mockReturnValue(true);
    const before = process.listeners(signal);
    let asked = 0;
    const stop = interruptible(() => asked++);
    const [hear] = process.listeners(signal).filter((one) => !before.includes(one));
    hear?.(signal);
    expect([stop.signal.aborted, asked]).toEqual([true, 1]);
    expect(kill).not.toHaveBeenCalled();
    hear?.(signal);
    expect(kill).toHaveBeenCalledExactlyOnceWith(process.pid, signal);
    expect([process.listeners(signal), asked]).toEqual([before, 1]);
  },
);
