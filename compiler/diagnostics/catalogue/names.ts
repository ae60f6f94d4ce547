import { error, info } from "./entry.js";

/** P2xxx: names, types and units. */
export const nameCodes = {
  P2001: error("a name stands for nothing here"),
  P2002: error("no such criterion, penalty, curve, method or optimizer"),
  P2003: error("a subtraction needs spaces"),
  P2004: error("a name is taken"),
  P2005: info("a declaration hides one of the standard library"),
  P2006: error("an imported file cannot be found"),
  P2007: error("files import each other in a circle"),
  P2008: error("an imported file does not declare the name"),
  P2009: error("a definition refers to itself"),
  P2010: error("a value set from outside names no parameter"),
  P2011: error("a value set from outside does not fit its parameter"),
  P2020: error("a value has the wrong type or unit"),
  P2021: error("a plain number stands where a share is meant"),
  P2022: error("an argument is missing"),
  P2023: error("there is no such argument"),
  P2024: error("an argument is given twice"),
  P2025: error("no such function"),
  P2026: error("a function takes another number of arguments"),
  P2027: error("two values cannot be combined"),
  P2028: error("a value that moves stands where none may"),
  P2029: error("a percentage stands in a score"),
  P2030: error("a score is not a single number per unit"),
  P2032: error("an expression is too large"),
  P2031: error("a name has no meaning for this structure"),
} as const;
