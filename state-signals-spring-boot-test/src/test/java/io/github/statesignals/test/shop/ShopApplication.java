package io.github.statesignals.test.shop;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * Publishes orders and handles changes of the catalog.
 */
@SpringBootApplication
public class ShopApplication {

}
