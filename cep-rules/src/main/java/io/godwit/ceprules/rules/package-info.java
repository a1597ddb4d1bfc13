/** Rules as texts: their headers, versions, and which are to be active. Pure. */
package io.godwit.ceprules.rules;
