-- The rows of a centre with one office, for `stored.rs`.
INSERT INTO centre (id, city, epoch, began_at) VALUES (1, '测试市', x'00000000000000000000000000000001', 1795399200);
INSERT INTO feed_head (id, revision) VALUES (1, 2);
INSERT INTO office (id, document, revision)
VALUES (5, '{"id":5,"name":"测试车管所","district":"渝北","telephone":"","address":""}', 1);
