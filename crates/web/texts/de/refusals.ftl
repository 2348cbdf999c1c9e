# Was Ablehnungen sagen, nach ihrem genauen Grund.
