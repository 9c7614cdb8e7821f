/**
 * The application that the tests of the test kit test.
 */
@NullMarked
package io.github.statesignals.test.shop;

import org.jspecify.annotations.NullMarked;
