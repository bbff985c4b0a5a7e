SELECT EXISTS (SELECT 1 FROM session WHERE revision > $1)
    OR EXISTS (SELECT 1 FROM policy WHERE revision > $1)
    OR EXISTS (SELECT 1 FROM site WHERE revision > $1)
    OR EXISTS (SELECT 1 FROM office WHERE revision > $1)
    OR EXISTS (SELECT 1 FROM notice WHERE revision > $1);
