/** The language in which operators write constraints: from text to constraints by ids, or to errors by line and column. */
package io.godwit.schedulers.constraints.script;
