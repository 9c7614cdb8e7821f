/**
 * Spring Boot wiring: properties, beans and failure analyses.
 */
@NullMarked
package io.github.statesignals.autoconfigure;

import org.jspecify.annotations.NullMarked;
