/** A simulation's result for people: one page with charts, and two results side by side. Pure but for reading files. */
package io.godwit.ops.report;
